"""Options (wire shape, all optional) become settings (resolved, frozen). The only floor that reads the environment."""
