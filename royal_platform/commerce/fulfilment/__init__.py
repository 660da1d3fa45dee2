"""From a paid order to a parcel that arrived: risk, routing, tracking, exceptions."""
