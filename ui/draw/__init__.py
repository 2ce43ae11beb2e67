"""What figures are drawn of."""
