"""What integrates and generates events of any process: engines, runs, samples, quadratures."""
