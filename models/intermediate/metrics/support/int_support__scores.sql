{{ dimension_scores('support') }}
