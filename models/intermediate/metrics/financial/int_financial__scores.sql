{{ dimension_scores('financial') }}
