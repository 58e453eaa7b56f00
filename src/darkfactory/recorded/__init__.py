"""What an experiment records of a process: events, spectra and rates after beam, acceptance and resolution."""
