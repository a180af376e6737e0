"""Company at any hour: somebody asks, a few who volunteered are asked, and names come only after both said yes."""

from cogs.company.asking import Company
from cogs.company.drafting import CompanyDrafting
from cogs.company.ending import CompanyEnding
from cogs.company.helping import Helping

__all__ = ["Company", "CompanyDrafting", "CompanyEnding", "Helping"]
