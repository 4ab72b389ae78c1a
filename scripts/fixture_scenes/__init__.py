"""Small synthetic camera clips with known truth.

A scene is scenery (a static picture of light), movers drawn into it as functions
of continuous time, and a camera that blurs, adds noise and quantises.  Everything
is seeded, so the same call gives the same bytes.
"""
