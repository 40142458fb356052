"""The function behind the custom resources of CloudFormation templates."""
