"""Engines that others run on many machines: for each a module of its own, none of which is imported by the rest."""
