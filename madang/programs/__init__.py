"""Programs a person runs by hand: started, followed while they print, stopped, and kept with what they printed."""
