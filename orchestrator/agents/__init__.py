"""The agents: each senses, decides by pure rules, hands its decisions to the gate, and reports."""
