"""The function that delivers."""

import gc
import os

if "AWS_LAMBDA_RUNTIME_API" in os.environ:
    gc.disable()  # what is imported stays: looking for rubbish in it is a twentieth of a start; `app` ends this
