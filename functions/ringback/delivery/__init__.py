"""One delivery: rendered, attempted, judged, retried and recorded."""
