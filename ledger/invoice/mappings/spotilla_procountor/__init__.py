"""From Spotilla's customers, products and tasks to what is pushed into Procountor, and back.

Source:
    The article *Miten Procountor integraatio toimii* (R-SPO-2, -8, -14 to -20).
"""
