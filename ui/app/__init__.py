"""The server and the page around every lesson."""
