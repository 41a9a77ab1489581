{{ dimension_scores('sentiment') }}
