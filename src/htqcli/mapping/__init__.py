"""The mapping outside YAML: in workbooks and in CSV."""
