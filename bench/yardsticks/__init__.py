"""What the cluster is measured by. No part of the product, and no example to follow."""
