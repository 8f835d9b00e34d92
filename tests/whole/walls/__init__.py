"""The walls as a whole: what somebody hostile tries, and what a person's everyday work needs."""
