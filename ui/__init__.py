"""What every lesson shares: navigation and language, the live figure, charts, words, links."""
