"""How a lesson speaks: sections, questions, and what some lessons share."""
