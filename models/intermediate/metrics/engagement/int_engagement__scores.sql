{{ dimension_scores('engagement') }}
