"""Documents for paper, typeset by typst; knows no feature."""
