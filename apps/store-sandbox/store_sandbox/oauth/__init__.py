"""How an app gets in and out: consent, codes, tokens, renewal, uninstalling."""
