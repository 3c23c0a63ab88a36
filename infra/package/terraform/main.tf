# One server by the packaged template. `npm run package` in a clone of pg-headroom makes the folder `dist/package`;
# `package` names it. The zip files are uploaded, and CloudFormation does the rest.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "package" {
  description = "The folder dist/package."
  type        = string
}

variable "bucket" {
  description = "An existing bucket in the region of the server, for the zip files."
  type        = string
}

variable "parameters" {
  description = "The template's parameters, without AssetsBucket: ServerName, Host, SecretArn, LogGroup, SubnetIds, SecurityGroupIds, and what differs from its default. Lists are joined by commas."
  type        = map(string)
}

locals {
  assets = fileset("${var.package}/assets", "**/*.zip")
}

resource "aws_s3_object" "assets" {
  for_each = local.assets
  bucket   = var.bucket
  key      = each.value
  source   = "${var.package}/assets/${each.value}"
  etag     = filemd5("${var.package}/assets/${each.value}")
}

resource "aws_cloudformation_stack" "server" {
  name          = "pg-headroom"
  capabilities  = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
  template_body = file("${var.package}/templates/one-server.json")
  parameters    = merge(var.parameters, { AssetsBucket = var.bucket })
  depends_on    = [aws_s3_object.assets]
}

output "outputs" {
  value = aws_cloudformation_stack.server.outputs
}
