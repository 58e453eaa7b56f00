"""Numerical tools that know no physics: random streams, quadrature, importance grids, what is kept, threads."""
