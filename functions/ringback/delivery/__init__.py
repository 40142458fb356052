"""A delivery: how it is rendered, attempted, judged, retried and recorded."""
