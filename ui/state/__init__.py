"""What the address and a session hold."""
