"""What is drawn of a measurement: distributions, roses, test lines, and grains coloured by a value."""
