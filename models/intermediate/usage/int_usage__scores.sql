{{ dimension_scores('usage') }}
