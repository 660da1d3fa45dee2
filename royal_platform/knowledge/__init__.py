"""What answers to customers are made with: labelled examples and the merchant's own texts."""
