{{ dimension_scores('relationship') }}
