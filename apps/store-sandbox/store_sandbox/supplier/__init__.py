"""Two invented suppliers of the sandbox's shop, for a store that lives on this machine.

They know the shop's articles and a few it does not sell yet. Nothing here is a real company, and
an imported catalogue has none: an offer for a real article would be made up.
"""
