"""The subcommands of ``royal``, one file for each noun; heavy imports happen when one runs."""
