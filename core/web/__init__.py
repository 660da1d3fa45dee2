"""What every HTTP door shares, with one thin binding per framework."""
