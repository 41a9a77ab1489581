{{ dimension_scores('value') }}
