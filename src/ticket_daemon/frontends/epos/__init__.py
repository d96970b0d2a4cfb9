"""ePOS-Print over HTTP: web points of sale that print to "an Epson by its address" print to any printer of ours."""
