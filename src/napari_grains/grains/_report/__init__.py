"""The report: self-contained HTML pages for print and archive, and the files beside them."""

from ._files import write_results
from ._run import ReportField, report_field, write_run_report
from ._write import write_report

__all__ = ["ReportField", "report_field", "write_report", "write_results", "write_run_report"]
