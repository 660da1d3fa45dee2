"""Reports as people read them: a page, a printed sheet, a mail."""
