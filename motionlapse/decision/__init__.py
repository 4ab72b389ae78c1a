"""When does motion become an event, and when is it over?"""
