"""docs/dashboard.png: the template's dashboard, drawn from what a run on the local AWS measured."""
