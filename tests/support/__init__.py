"""What several tests share: setups of the package in the words of the chapters."""
