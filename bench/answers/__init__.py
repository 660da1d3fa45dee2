"""How well AIRA answers: questions about the sandbox, their answers computed by SQL alone."""
