"""The one exception whose text is meant for the person at the microscope."""


class InputError(ValueError):
    """Something given by the user cannot be used.

    The message is one line: what is wrong, then what to do next. The command line and the docks show it
    as it is; every other exception is a defect, whose traceback goes to the log.
    """
