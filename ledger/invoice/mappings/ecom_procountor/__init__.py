"""From Ecom's documents to what is pushed into Procountor, or to what stands against it.

Source:
    The article *Procountor tositetason integraatio*: chapter 4 (account table), 5 and 6 (posting),
    7 (the fields that go, and none besides), 8 (errors).
"""
