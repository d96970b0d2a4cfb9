"""The protocols that points of sale speak, a package each."""
