"""The labelled messages that understanding is learned from."""
