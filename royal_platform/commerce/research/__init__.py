"""What could be sold: articles that suppliers offer, weighed against the shop's own demand."""
