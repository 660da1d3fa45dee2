"""Files that people open elsewhere: tables whose cells are never taken for formulas."""
