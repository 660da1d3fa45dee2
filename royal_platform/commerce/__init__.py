"""The business itself: pure models and rules, one folder per context, no I/O."""
