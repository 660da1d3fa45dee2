"""The business and its adapters: commerce knows the rules, vendors speak to the outside."""
