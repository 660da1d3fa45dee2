"""What the world's customers write to the shop: mail about their true orders."""
