"""From the bytes of a workbook or a text file to its cells, within named limits."""
