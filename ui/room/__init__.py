"""In class: a room that forecasts, and pays in bits."""
