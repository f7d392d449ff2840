"""Template tag libraries; ``{% load ej %}``."""
