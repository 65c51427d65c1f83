"""Stage 5: features become a calibrated probability of churn with reasons; a model card says how good."""
